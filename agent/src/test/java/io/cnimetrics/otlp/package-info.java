@NullMarked
package io.cnimetrics.otlp;

import org.jspecify.annotations.NullMarked;
