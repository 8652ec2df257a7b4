package io.cnimetrics.dryrun;

import io.cnimetrics.snapshot.Eni;
import io.cnimetrics.text.Palette;
import java.util.List;

/**
 * Draws the IPv4 addresses of each interface as a bar. All bars have the same scale.
 *
 * @param addressesPerMark the number of addresses of one mark; more than 1 if a bar would be too
 *     long
 */
record AddressBars(long addressesPerMark, Palette palette) {
  static AddressBars of(List<Eni> enis, int width, Palette palette) {
    long largest = enis.stream().mapToLong(Eni::totalIpv4).max().orElse(0);
    return new AddressBars(Math.max(1, marks(largest, width)), palette);
  }

  String legend() {
    return palette.red("# assigned")
        + "  "
        + palette.yellow("~ cooling")
        + "  "
        + palette.green(". free")
        + (addressesPerMark == 1 ? "" : palette.faint("; %d per mark".formatted(addressesPerMark)));
  }

  /** The bar of one interface. A mark is shown as assigned if any of its addresses is assigned. */
  String of(Eni eni) {
    long all = marks(eni.totalIpv4(), addressesPerMark);
    long assigned = marks(eni.assignedIpv4(), addressesPerMark);
    long used = Math.min(all, marks(eni.assignedIpv4() + eni.cooling(), addressesPerMark));
    return palette.red("#".repeat((int) assigned))
        + palette.yellow("~".repeat((int) (used - assigned)))
        + palette.green(".".repeat((int) (all - used)));
  }

  private static long marks(long addresses, long perMark) {
    return (addresses + perMark - 1) / perMark;
  }
}
