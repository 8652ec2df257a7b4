/** Terminal, JSON and line breaking. */
@NullMarked
package io.cnimetrics.text;

import org.jspecify.annotations.NullMarked;
