/** What people and tools read: table, JSON, Prometheus text, PutMetricData requests. */
@NullMarked
package io.cnimetrics.render;

import org.jspecify.annotations.NullMarked;
