/** The output formats of a dry run: table, JSON and PutMetricData requests. */
@NullMarked
package io.cnimetrics.dryrun;

import org.jspecify.annotations.NullMarked;
