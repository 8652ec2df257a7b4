package io.cnimetrics.capacity;

import java.util.List;
import java.util.stream.Collectors;

/** A reason why a node's maximum differs from the plain limits of its instance type. */
public sealed interface MaximumReason {
  /** The reason as a clause, such as {@code without the trunk ENI}. */
  String text();

  /** Whether MAX_ENI may lower the maximum. */
  default boolean mayBeMaxEni() {
    return false;
  }

  /** The reasons in one line. */
  static String text(List<MaximumReason> reasons) {
    return reasons.stream().map(MaximumReason::text).collect(Collectors.joining(", "));
  }

  /** The reasons without a number of this node. */
  enum Simple implements MaximumReason {
    PRIMARY_ENI("without the primary ENI (custom networking)"),
    TRUNK_ENI("without the trunk ENI"),
    TRUNK_SLOT("without the slot that ipamD keeps for a trunk ENI"),
    TYPE_LIMITS("limits of the instance type, because MAX_ENI is unknown"),
    NO_ENI("ipamD's limit of ENIs is 0"),
    PREFIXES("%d addresses per prefix".formatted(NodeCapacity.ADDRESSES_PER_PREFIX));

    private final String text;

    Simple(String text) {
      this.text = text;
    }

    @Override
    public String text() {
      return text;
    }

    @Override
    public boolean mayBeMaxEni() {
      return this == TYPE_LIMITS;
    }
  }

  /** ENIs in subnets that a tag excludes. */
  record ExcludedEnis(long count) implements MaximumReason {
    @Override
    public String text() {
      return count == 1
          ? "without the ENI in an excluded subnet"
          : "without %d ENIs in excluded subnets".formatted(count);
    }
  }

  /** ipamD manages fewer ENIs than the instance type permits. */
  record FewerEnis(long ofType, long ofIpamd) implements MaximumReason {
    @Override
    public String text() {
      return "the instance type permits %d ENIs, minus %d because of MAX_ENI or unmanaged ENIs"
          .formatted(ofType, ofType - ofIpamd);
    }

    @Override
    public boolean mayBeMaxEni() {
      return true;
    }
  }

  /**
   * ipamD and EC2 have different limits.
   *
   * @param what the limited things, such as {@code ENIs}
   * @param rejected whether EC2 has rejected a call because of its limit
   */
  record Contradiction(String what, long ofIpamd, long ofEc2, boolean rejected)
      implements MaximumReason {
    @Override
    public String text() {
      return "ipamD assumes %d %s, and EC2 permits %d%s"
          .formatted(ofIpamd, what, ofEc2, rejected ? " and rejected more" : "");
    }
  }

  /** The maximum is right only if ipamD's limit counts the ENIs of all network cards. */
  record IfForAllCards(int cards) implements MaximumReason {
    @Override
    public String text() {
      return "if ipamD's limit of ENIs is for all %d network cards".formatted(cards);
    }
  }
}
