package io.cnimetrics.doctor;

import static io.cnimetrics.doctor.AwsCommands.aws;
import static io.cnimetrics.doctor.Placeholder.INSTANCE_ID;
import static io.cnimetrics.doctor.Placeholder.NODE;

/** Commands that run on the node, and the commands that open a shell there. */
final class NodeCommands {
  private NodeCommands() {}

  static final Command SHELL =
      Command.of(
              "kubectl debug node/"
                  + NODE
                  + " -it --profile=sysadmin --image=public.ecr.aws/docker/library/busybox"
                  + " -- chroot /host")
          .noted("opens a shell on the node; exit leaves it");

  /**
   * SSM fails if the node's role lacks the policy for the SSM agent. The part after {@code ||} then
   * opens the shell.
   */
  static final Command SHELL_BY_SSM =
      SHELL.withText(aws("ssm start-session") + " --target " + INSTANCE_ID + " || " + SHELL.text());

  private static final String LOG_OF_IPAMD = "/var/log/aws-routed-eni/ipamd.log";

  /** Shows what ipamD logged after each start, with the time of each line. */
  static final Command STARTS_OF_IPAMD =
      Command.onNode("sudo grep -A 60 'Starting L-IPAMD' " + LOG_OF_IPAMD);

  static final Command ERRORS_OF_IPAMD =
      Command.onNode("sudo grep -i error " + LOG_OF_IPAMD + " | tail -20");

  static final Command FAILURES_OF_IPAMD =
      Command.onNode("sudo grep -iE 'error|fail|reject' " + LOG_OF_IPAMD + " | tail -20");

  static final Command END_OF_LOG = Command.onNode("sudo tail -20 " + LOG_OF_IPAMD);

  static final Command ERRORS_OF_PLUGIN =
      Command.onNode("sudo grep -i error /var/log/aws-routed-eni/plugin.log | tail -20");

  /** Shows how busy the node's CPU is, and the programs that use most of it. */
  static final Command TOP = Command.onNode("top -b -n 2 | grep -A 12 '^top' | tail -13");

  static final Command DEFAULT_ROUTES =
      Command.onNode("ip route show table all | grep '^default'")
          .noted(
              "prints a line for the primary ENI, and one for each further ENI that ipamD set up");

  /** The container runtime uses the first file. It must be the file of the VPC CNI. */
  static final Command CNI_FILES = Command.onNode("ls /etc/cni/net.d /opt/cni/bin");

  /** Shows whether the disks with ipamD's state and log are full. */
  static final Command DISKS = Command.onNode("df -h /run /var/log");

  static final Command CLOCK = Command.onNode("chronyc tracking");

  /** Shows the program that listens on a port. */
  static Command listenerOn(int port) {
    return Command.onNode("sudo ss -ltnp 'sport = :%d'".formatted(port));
  }
}
