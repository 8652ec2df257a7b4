/** Writes pages of text, JSON and YAML, and prints them to a terminal. */
@NullMarked
package io.cnimetrics.text;

import org.jspecify.annotations.NullMarked;
