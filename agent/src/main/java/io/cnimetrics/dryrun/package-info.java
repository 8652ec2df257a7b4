/** The output of one dry run: table, JSON, PutMetricData requests. */
@NullMarked
package io.cnimetrics.dryrun;

import org.jspecify.annotations.NullMarked;
