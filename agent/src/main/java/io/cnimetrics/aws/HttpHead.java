package io.cnimetrics.aws;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.http.SdkHttpResponse;

/**
 * Reads the head of an answer. If the connection ends after the status line, the answer has the
 * headers that arrived until then.
 */
final class HttpHead {
  /** The limit of all lines, including the lines of interim answers. AWS sends about 300 bytes. */
  private static final int MOST_BYTES = 16 * 1024;

  /** Any reason phrase is accepted, because only the code shows whether datums were accepted. */
  private static final Pattern STATUS =
      Pattern.compile("HTTP/[0-9.]{1,3}[ \\t]+([1-9][0-9]{2})(?:\\s.*)?", Pattern.DOTALL);

  /** A status code within this number of bytes is reported before its line ends. */
  private static final int EARLY_BYTES = 32;

  private static final int SWITCHING_PROTOCOLS = 101;

  private final InputStream in;
  private int left = MOST_BYTES;
  private Optional<IOException> end = Optional.empty();

  HttpHead(InputStream in) {
    this.in = in;
  }

  /**
   * Reads the head of the final answer and ignores interim answers.
   *
   * @param onStatus receives the status as soon as the code and the next byte arrived; can be
   *     called twice for the same status
   * @throws IOException if no status line arrives
   */
  SdkHttpResponse read(Consumer<SdkHttpResponse> onStatus) throws IOException {
    while (true) {
      String line = line(start -> report(code(start), onStatus));
      if (line.isBlank() && end.isEmpty()) {
        continue;
      }
      int code = code(line);
      if (code == 0) {
        throw end.filter(cut -> "HTTP/".startsWith(line) || line.startsWith("HTTP/"))
            .orElseGet(() -> new IOException("the answer is not HTTP"));
      }
      report(code, onStatus);
      SdkHttpResponse.Builder answer = SdkHttpResponse.builder().statusCode(code);
      readHeaders(answer);
      if (isFinal(code)) {
        return answer.build();
      }
      if (end.isPresent()) {
        throw end.get();
      }
    }
  }

  /** Why the head is not complete; empty if the head is complete. */
  Optional<IOException> end() {
    return end;
  }

  /** The code of a status line; 0 if the line is not a status line. */
  private static int code(CharSequence line) {
    Matcher status = STATUS.matcher(line);
    return status.matches() ? Integer.parseInt(status.group(1)) : 0;
  }

  private static boolean isFinal(int code) {
    return code >= 200 || code == SWITCHING_PROTOCOLS;
  }

  private static void report(int code, Consumer<SdkHttpResponse> onStatus) {
    if (isFinal(code)) {
      onStatus.accept(SdkHttpResponse.builder().statusCode(code).build());
    }
  }

  private void readHeaders(SdkHttpResponse.Builder answer) {
    String line = line(start -> {});
    while (end.isEmpty() && !line.isEmpty()) {
      int colon = line.indexOf(':');
      String name = line.substring(0, Math.max(colon, 0)).strip();
      // A line that starts with a blank continues the previous line, and is ignored.
      // Content-Encoding is ignored, because the SDK would decompress the body, and the limit of
      // its size would not hold.
      if (!name.isEmpty()
          && !Character.isWhitespace(line.charAt(0))
          && !name.equalsIgnoreCase("Content-Encoding")) {
        answer.appendHeader(name, line.substring(colon + 1).strip());
      }
      line = line(start -> {});
    }
  }

  /**
   * Returns the next line. If the connection ends within the line, returns the received part.
   *
   * @param onBlank is called for each blank within the first bytes, with the part of the line
   *     before the blank
   */
  private String line(Consumer<CharSequence> onBlank) {
    StringBuilder line = new StringBuilder();
    try {
      for (int next = in.read(); next != '\n'; next = in.read()) {
        if (next < 0) {
          throw HttpBody.cut();
        }
        count();
        if (" \t\r".indexOf(next) >= 0 && line.length() <= EARLY_BYTES) {
          onBlank.accept(line);
        }
        line.append((char) next);
      }
      count();
    } catch (IOException e) {
      end = Optional.of(e);
    }
    int length = line.length();
    return length > 0 && line.charAt(length - 1) == '\r'
        ? line.substring(0, length - 1)
        : line.toString();
  }

  private void count() throws IOException {
    if (--left < 0) {
      throw new IOException("the answer's headers have more than 16 KiB");
    }
  }
}
