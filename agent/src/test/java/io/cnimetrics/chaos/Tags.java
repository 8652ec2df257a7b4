package io.cnimetrics.chaos;

import com.sun.net.httpserver.HttpExchange;
import java.util.Optional;

/** Simulates EC2's {@code DescribeTags}. Every instance belongs to the same cluster. */
record Tags(String cluster) implements FaultyServer.Service {
  @Override
  public Reply answer(HttpExchange request, byte[] body, Optional<Kind> fault, boolean heard) {
    return xml(
        200,
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <DescribeTagsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
        <requestId>00000000-0000-0000-0000-000000000000</requestId>
        <tagSet><item><resourceId>%s</resourceId><resourceType>instance</resourceType>
        <key>eks:cluster-name</key><value>%s</value></item></tagSet>
        </DescribeTagsResponse>\
        """
            .formatted(Metadata.INSTANCE, cluster));
  }

  @Override
  public Reply error(int status, String code) {
    return xml(
        status,
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <Response><Errors><Error><Code>%s</Code><Message>error of the schedule</Message></Error>
        </Errors><RequestID>00000000-0000-0000-0000-000000000000</RequestID></Response>\
        """
            .formatted(code));
  }

  private static Reply xml(int status, String text) {
    return Reply.text(status, "text/xml;charset=UTF-8", text);
  }
}
