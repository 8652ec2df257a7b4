package io.cnimetrics.ipamd;

import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.Eni;
import io.cnimetrics.snapshot.NodeSnapshot.IpamdSettings;
import io.cnimetrics.snapshot.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Reads the body of {@code GET /v1/enis} of every VPC CNI release. Releases up to 1.6 write one
 * pool with the field {@code ENIIPPools}. Releases 1.7 to 1.19 write one pool with {@code ENIs}.
 * Releases from 1.20 on write one pool for each network card. Unknown fields are skipped. A missing
 * required field is an error.
 */
record IntrospectionDecoder(JsonCursor json, EniDecoder eniDecoder) {
  private static final Comparator<Eni> BY_SLOT =
      Comparator.comparingInt(Eni::networkCard)
          .thenComparingInt(Eni::deviceNumber)
          .thenComparing(Eni::id);
  private static final Pattern CARD_INDEX = Pattern.compile("[0-9]{1,4}");

  /**
   * @param takenAt the time of the poll
   * @param ipCooldown an address released less than this time before the poll is cooling
   * @throws IpamdException if the body is truncated, is not JSON, or is not an answer of
   *     introspection
   * @throws IOException if the body cannot be read to its end
   */
  static AddressPool pool(InputStream body, Instant takenAt, Duration ipCooldown)
      throws IOException {
    return pool(body, takenAt, ipCooldown, EniDecoder.Listener.NONE);
  }

  /** Reads the body of {@code GET /v1/enis}, and passes its addresses to the listener. */
  static AddressPool pool(
      InputStream body, Instant takenAt, Duration ipCooldown, EniDecoder.Listener listener)
      throws IOException {
    return JsonCursor.read(
        body,
        (json, names) ->
            new IntrospectionDecoder(json, new EniDecoder(json, takenAt, ipCooldown, listener))
                .pool(names));
  }

  /**
   * Reads the body of {@code GET /v1/ipamd-env-settings}.
   *
   * @throws IpamdException if the body is truncated, is not JSON, or has no settings
   * @throws IOException if the body cannot be read to its end
   */
  static IpamdSettings settings(InputStream body) throws IOException {
    return JsonCursor.read(body, IntrospectionDecoder::settings);
  }

  private AddressPool pool(JsonCursor.Names names) throws IOException {
    List<Card> cards = new ArrayList<>();
    Card flat = new Card(0);
    while (json.nextField()) {
      String name = names.next();
      if (name.equals("AvailableCommands")) {
        throw json.unexpected(
            "ENIs, but got ipamD's list of commands, which is its answer to an unknown path");
      } else if (CARD_INDEX.matcher(name).matches()) {
        cards.add(card(name));
      } else {
        flat.readField(name);
      }
    }
    if (flat.known && !cards.isEmpty()) {
      throw json.unexpected("either one pool or one pool for each network card, not both");
    }
    if (cards.isEmpty() && !names.isEmpty()) {
      cards.add(flat);
    }
    return pool(cards);
  }

  private Card card(String index) throws IOException {
    Card card = new Card(Integer.parseInt(index));
    if (!index.equals(Integer.toString(card.index))) {
      throw json.unexpected("the index of a network card");
    }
    JsonCursor.Names fields = json.enter();
    while (json.nextField()) {
      card.readField(fields.next());
    }
    return card;
  }

  private AddressPool pool(List<Card> cards) {
    List<Eni> enis = new ArrayList<>();
    for (Card card : cards) {
      enis.addAll(
          card.enis.orElseThrow(
              () ->
                  new IpamdException(
                      Reason.UNEXPECTED_SHAPE, "no ENIs for network card " + card.index)));
    }
    enis.sort(BY_SLOT);
    try {
      return new AddressPool(
          enis,
          cards.stream().map(card -> card.index).toList(),
          eniDecoder.coolingKnown(),
          eniDecoder.multiNic(),
          sum(cards, card -> card.statedTotal),
          sum(cards, card -> card.statedAssigned));
    } catch (IllegalArgumentException e) {
      throw new IpamdException(
          Reason.UNEXPECTED_SHAPE, "inconsistent numbers in the body: " + e.getMessage(), e);
    }
  }

  private static OptionalLong sum(List<Card> cards, Function<Card, OptionalLong> stated) {
    return cards.stream().map(stated).allMatch(OptionalLong::isPresent)
        ? OptionalLong.of(cards.stream().map(stated).mapToLong(OptionalLong::getAsLong).sum())
        : OptionalLong.empty();
  }

  /** The pool of one network card. Before 1.20 the whole body is one pool. */
  private final class Card {
    private final int index;
    private Optional<List<Eni>> enis = Optional.empty();
    private OptionalLong statedTotal = OptionalLong.empty();
    private OptionalLong statedAssigned = OptionalLong.empty();
    private boolean known;

    Card(int index) {
      this.index = index;
    }

    void readField(String name) throws IOException {
      switch (name) {
        case "TotalIPs" -> statedTotal = OptionalLong.of(json.integer());
        case "AssignedIPs" -> statedAssigned = OptionalLong.of(json.integer());
        case "ENIs", "ENIIPPools" -> {
          json.requireFirst(enis);
          enis = Optional.of(enis());
        }
        default -> {
          json.skip();
          return;
        }
      }
      known = true;
    }

    private List<Eni> enis() throws IOException {
      JsonCursor.Names ids = json.enter();
      List<Eni> list = new ArrayList<>();
      while (json.nextField()) {
        list.add(eniDecoder.eni(ids.next(), index));
      }
      return list;
    }
  }

  private static IpamdSettings settings(JsonCursor json, JsonCursor.Names fields)
      throws IOException {
    Optional<Boolean> customNetworking = Optional.empty();
    OptionalLong warmIpTarget = OptionalLong.empty();
    while (json.nextField()) {
      switch (fields.next()) {
        case "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG" -> customNetworking = Optional.of(json.bool());
        case "WARM_IP_TARGET" -> warmIpTarget = OptionalLong.of(json.integer());
        default -> json.skip();
      }
    }
    if (customNetworking.isEmpty()) {
      throw json.unexpected("AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG");
    }
    return new IpamdSettings(customNetworking.get(), warmIpTarget);
  }
}
