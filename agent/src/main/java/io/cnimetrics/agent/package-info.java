/** The loops of the agent, which poll and send, and the stop of the agent. */
@NullMarked
package io.cnimetrics.agent;

import org.jspecify.annotations.NullMarked;
