package io.cnimetrics.snapshot;

/** The source of the region or of the cluster's name. */
public sealed interface Origin {
  /** A text for people and logs, such as {@code tag eks:cluster-name}. */
  String label();

  /** A flag or its environment variable. */
  record Given() implements Origin {
    @Override
    public String label() {
      return "given";
    }
  }

  /** The instance metadata service. */
  record InstanceMetadata() implements Origin {
    @Override
    public String label() {
      return "instance metadata";
    }
  }

  /** A tag of the instance, shown by the instance metadata service. */
  record InstanceTag(String key) implements Origin {
    @Override
    public String label() {
      return "tag " + key;
    }
  }

  /** A tag of the instance, returned by the EC2 API. */
  record Ec2Tag(String key) implements Origin {
    @Override
    public String label() {
      return "EC2 tag " + key;
    }
  }
}
