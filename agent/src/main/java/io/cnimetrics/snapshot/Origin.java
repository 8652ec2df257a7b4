package io.cnimetrics.snapshot;

/** Where the region or the cluster's name comes from. */
public sealed interface Origin {
  /** In words, for people and logs, such as {@code tag eks:cluster-name}. */
  String label();

  /** A flag or its variable. */
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

  /** A tag of the instance that the instance metadata service shows. */
  record InstanceTag(String key) implements Origin {
    @Override
    public String label() {
      return "tag " + key;
    }
  }

  /** A tag of the instance that the EC2 API told. */
  record Ec2Tag(String key) implements Origin {
    @Override
    public String label() {
      return "EC2 tag " + key;
    }
  }
}
