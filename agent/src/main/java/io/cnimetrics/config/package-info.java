/** All settings of the agent, checked before anything starts. */
@NullMarked
package io.cnimetrics.config;

import org.jspecify.annotations.NullMarked;
