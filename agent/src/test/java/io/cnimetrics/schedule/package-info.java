@NullMarked
package io.cnimetrics.schedule;

import org.jspecify.annotations.NullMarked;
