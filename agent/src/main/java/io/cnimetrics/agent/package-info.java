/** The loops that poll and send, and the code that stops the agent. */
@NullMarked
package io.cnimetrics.agent;

import org.jspecify.annotations.NullMarked;
