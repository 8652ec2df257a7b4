/** The loops of the agent: polling, sending and stopping. */
@NullMarked
package io.cnimetrics.agent;

import org.jspecify.annotations.NullMarked;
