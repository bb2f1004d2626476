package dev.quern.bench.page;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * An element of HTML, or of SVG within it. Text and attributes are escaped here and nowhere else,
 * so that nothing that a driver or a file says becomes part of the page.
 */
final class Element {
  /** Those that begin a line; a line break between others would show as a space. */
  private static final Set<String> LINES =
      Set.of(
          "circle", "dd", "div", "dl", "dt", "figure", "h1", "h2", "h3", "li", "line", "nav", "p",
          "path", "section", "svg", "table", "tbody", "text", "thead", "tr", "ul");

  private final String name;
  private final Map<String, String> attributes = new LinkedHashMap<>();
  private final List<Object> content = new ArrayList<>();

  private Element(String name) {
    this.name = name;
  }

  /** An element without content. */
  static Element of(String name) {
    return new Element(name);
  }

  /** An element with a class. */
  static Element of(String name, String styleClass) {
    return of(name).with("class", styleClass);
  }

  Element with(String attribute, String value) {
    attributes.put(attribute, value);
    return this;
  }

  /** A length, to a tenth of a pixel. */
  Element with(String attribute, double value) {
    return with(attribute, String.format(Locale.ROOT, "%.1f", value));
  }

  Element add(String text) {
    content.add(text);
    return this;
  }

  Element add(Element child) {
    content.add(child);
    return this;
  }

  Element add(Collection<Element> children) {
    content.addAll(children);
    return this;
  }

  private void write(StringBuilder out) {
    if (LINES.contains(name)) {
      out.append('\n');
    }
    out.append('<').append(name);
    attributes.forEach(
        (attribute, value) ->
            out.append(' ').append(attribute).append("=\"").append(escaped(value)).append('"'));
    out.append('>');
    for (Object part : content) {
      if (part instanceof Element child) {
        child.write(out);
      } else {
        out.append(escaped(part.toString()));
      }
    }
    out.append("</").append(name).append('>');
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  @Override
  public String toString() {
    StringBuilder out = new StringBuilder();
    write(out);
    return out.toString();
  }
}
