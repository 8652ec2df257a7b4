package io.cnimetrics.cli;

/** Entry point. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.out.println("cni-metrics-agent");
  }
}
