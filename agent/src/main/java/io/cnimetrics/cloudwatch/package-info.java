/** Sends to CloudWatch; the only package that sees its types. */
@NullMarked
package io.cnimetrics.cloudwatch;

import org.jspecify.annotations.NullMarked;
