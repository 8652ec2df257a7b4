/** The settings of the agent. All values are checked before the agent starts. */
@NullMarked
package io.cnimetrics.config;

import org.jspecify.annotations.NullMarked;
