/** Collects samples in minutes, keeps pending minutes in a buffer, and sends these minutes. */
@NullMarked
package io.cnimetrics.publish;

import org.jspecify.annotations.NullMarked;
