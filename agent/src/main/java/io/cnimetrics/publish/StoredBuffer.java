package io.cnimetrics.publish;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a state directory contains for this agent.
 *
 * @param state empty if the directory has no state or cannot be read
 */
record StoredBuffer(Optional<BufferState> state, PendingMinutes minutes) {
  private static final Logger log = LoggerFactory.getLogger(StoredBuffer.class);

  /**
   * Reads the journal. Discards the minutes of receivers that an earlier agent used and this agent
   * does not use, and drops the minutes over the limits of {@link PendingMinutes}.
   */
  static StoredBuffer read(Journal journal, List<Receiver> receivers, SendEvents events) {
    PendingMinutes minutes = new PendingMinutes(events);
    AtomicReference<@Nullable BufferState> last = new AtomicReference<>();
    boolean all =
        journal.load(
            entry -> {
              entry.state().ifPresent(last::set);
              minutes.load(entry);
            });
    if (!all) {
      return new StoredBuffer(Optional.empty(), new PendingMinutes(events));
    }
    for (Receiver receiver : Receiver.values()) {
      Set<Receiver> one = EnumSet.of(receiver);
      int stored = minutes.depth(one).minutes();
      if (!receivers.contains(receiver) && stored > 0) {
        int datums = minutes.discard(one);
        log.warn(
            "the agent does not send to {} any more and discards the stored minutes: minutes={}"
                + " datums={}",
            receiver.label(),
            stored,
            datums);
      }
    }
    minutes.dropOverBounds();
    return new StoredBuffer(Optional.ofNullable(last.get()), minutes);
  }
}
