/** The implementation of {@code MetricSink} for receivers of OTLP over HTTP. */
@NullMarked
package io.cnimetrics.otlp;

import org.jspecify.annotations.NullMarked;
