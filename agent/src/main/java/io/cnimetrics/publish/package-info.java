/** From samples to requests: minutes, the buffer of unsent minutes, and retries. */
@NullMarked
package io.cnimetrics.publish;

import org.jspecify.annotations.NullMarked;
