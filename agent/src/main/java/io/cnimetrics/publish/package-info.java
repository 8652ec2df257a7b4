/** From samples to requests: minutes, what waits to be sent, and the retries. */
@NullMarked
package io.cnimetrics.publish;

import org.jspecify.annotations.NullMarked;
