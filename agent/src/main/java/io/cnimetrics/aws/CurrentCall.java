package io.cnimetrics.aws;

import java.util.Optional;
import software.amazon.awssdk.http.SdkHttpResponse;

/** The current call of a thread. Another thread can stop the call, even before the call begins. */
public final class CurrentCall {
  private volatile boolean stopped;
  private volatile Optional<HttpCall> call = Optional.empty();

  /**
   * Makes this call the current call, and returns it. The call fails if {@link #stop} was called
   * before.
   */
  public HttpCall begin(HttpCall next) {
    call = Optional.of(next);
    if (stopped) {
      next.abort();
    }
    return next;
  }

  /** Closes the connection of the current call, and prevents further calls. */
  public void stop() {
    stopped = true;
    call.ifPresent(HttpCall::abort);
  }

  /** The status and the headers that have arrived. Empty before the status line has arrived. */
  public Optional<SdkHttpResponse> answer() {
    return call.flatMap(HttpCall::answer);
  }
}
