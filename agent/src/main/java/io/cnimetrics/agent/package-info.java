/** The loops of the agent: when to poll, when to send, how to stop. */
@NullMarked
package io.cnimetrics.agent;

import org.jspecify.annotations.NullMarked;
