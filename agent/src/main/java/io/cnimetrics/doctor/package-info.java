/**
 * Checks of one node, one class for each subject. Each check has a spec, which describes it, and
 * one method, which judges. The checks judge the results of polls; whatever else they read is an
 * interface in {@code Probes}.
 */
@NullMarked
package io.cnimetrics.doctor;

import org.jspecify.annotations.NullMarked;
