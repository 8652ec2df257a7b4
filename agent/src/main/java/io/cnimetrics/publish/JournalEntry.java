package io.cnimetrics.publish;

import java.util.List;
import java.util.Optional;

/**
 * One change to the state on disk. It is applied as a whole or not at all.
 *
 * @param state the newest state
 * @param waiting minutes that are new, or have fewer values than before
 * @param gone the ids of minutes that no longer wait
 */
record JournalEntry(Optional<BufferState> state, List<PendingMinute> waiting, List<Long> gone) {
  static JournalEntry of(BufferState state, List<PendingMinute> waiting) {
    return new JournalEntry(Optional.of(state), waiting, List.of());
  }
}
