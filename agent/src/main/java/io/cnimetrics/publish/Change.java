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
record Change(Optional<State> state, List<WaitingMinute> waiting, List<Long> gone) {
  static Change of(State state, List<WaitingMinute> waiting) {
    return new Change(Optional.of(state), waiting, List.of());
  }
}
