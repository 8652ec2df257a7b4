/** Writes the results of a dry run as a table, as JSON or as PutMetricData requests. */
@NullMarked
package io.cnimetrics.dryrun;

import org.jspecify.annotations.NullMarked;
