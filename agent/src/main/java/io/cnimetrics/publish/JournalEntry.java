package io.cnimetrics.publish;

import java.util.List;
import java.util.Optional;

/**
 * One step of what is kept on disk: it happens as a whole or not at all.
 *
 * @param state the newest state
 * @param waiting minutes that now wait, or of which less now waits
 * @param gone the ids of those that wait no more
 */
record JournalEntry(Optional<BufferState> state, List<PendingMinute> waiting, List<Long> gone) {
  static JournalEntry of(BufferState state, List<PendingMinute> waiting) {
    return new JournalEntry(Optional.of(state), waiting, List.of());
  }
}
