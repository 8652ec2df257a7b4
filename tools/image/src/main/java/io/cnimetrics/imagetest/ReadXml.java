package io.cnimetrics.imagetest;

import java.io.StringReader;
import java.util.List;
import javax.xml.stream.XMLEventReader;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;

/**
 * Reads valid, broken and malicious documents as streams, and prints the result of each. The
 * image's reduced {@code java.xml} must print the same as the complete {@code java.xml}.
 */
public final class ReadXml {
  private static final List<String> DOCUMENTS =
      List.of(
          "<a xmlns='u'><b c='1'>t&amp;&#65;<![CDATA[x]]></b><!-- c --><?p i?></a>",
          "<?xml version='1.1'?><a>\u0085</a>",
          "<!DOCTYPE a [<!ENTITY e 'v'><!ATTLIST a b CDATA 'c'>]><a>&e;</a>",
          "<!DOCTYPE a SYSTEM 'file:///missing.dtd'><a/>",
          "<!DOCTYPE a PUBLIC '-//W3C//DTD XHTML 1.0 Strict//EN' 'file:///missing.dtd'><a/>",
          "<a><b></a>",
          "<a x:y='1'/>",
          "<a b='1' b='2'/>",
          "<a>&unknown;</a>",
          "<html><body>Bad Gateway<br></html>",
          "{\"message\":\"no document\"}",
          "\u0000",
          "");

  private ReadXml() {}

  public static void main(String[] args) {
    for (boolean documentTypes : List.of(true, false)) {
      DOCUMENTS.forEach(document -> System.out.println(read(document, documentTypes)));
    }
  }

  private static String read(String document, boolean documentTypes) {
    XMLInputFactory factory = XMLInputFactory.newInstance();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, documentTypes);
    StringBuilder events = new StringBuilder();
    try {
      XMLEventReader reader = factory.createXMLEventReader(new StringReader(document));
      while (reader.hasNext()) {
        events.append(reader.nextEvent()).append(' ');
      }
    } catch (XMLStreamException e) {
      events.append(e);
    }
    return events.toString();
  }
}
