package io.cnimetrics.ipamd;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * Writes to a channel. In Java 17 a write to {@code Channels.newOutputStream} waits for a blocked
 * read of the channel.
 */
final class ChannelOutput extends OutputStream {
  private final SocketChannel channel;

  ChannelOutput(SocketChannel channel) {
    this.channel = channel;
  }

  @Override
  public void write(int one) throws IOException {
    write(new byte[] {(byte) one}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int count) throws IOException {
    ByteBuffer left = ByteBuffer.wrap(bytes, offset, count);
    while (left.hasRemaining()) {
      channel.write(left);
    }
  }
}
