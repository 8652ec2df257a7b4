/** The CloudWatch dashboard and the alarm template. */
@NullMarked
package io.cnimetrics.console;

import org.jspecify.annotations.NullMarked;
