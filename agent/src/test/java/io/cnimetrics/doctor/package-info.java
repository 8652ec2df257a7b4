@NullMarked
package io.cnimetrics.doctor;

import org.jspecify.annotations.NullMarked;
