/** Output to a terminal, JSON, and the wrapping of lines. */
@NullMarked
package io.cnimetrics.text;

import org.jspecify.annotations.NullMarked;
