package io.cnimetrics.imagetest;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;

/** Answers {@code DescribeTags}: every instance belongs to one cluster. */
final class Ec2 implements HttpHandler {
  private static final String TAGS =
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <DescribeTagsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
        <requestId>00000000-0000-0000-0000-000000000000</requestId>
        <tagSet>
          <item>
            <resourceId>%1$s</resourceId><resourceType>instance</resourceType>
            <key>eks:cluster-name</key><value>stand-in</value>
          </item>
          <item>
            <resourceId>%1$s</resourceId><resourceType>instance</resourceType>
            <key>kubernetes.io/cluster/stand-in</key><value>owned</value>
          </item>
        </tagSet>
      </DescribeTagsResponse>
      """
          .formatted(Metadata.INSTANCE_ID);

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    Reply.send(exchange, 200, "text/xml;charset=UTF-8", TAGS.getBytes(UTF_8));
  }
}
