/**
 * What the documents say, against what is there: {@link io.assent.manual.CompatibilityTest} holds docs/compatibility.md to the tests that it
 * names.
 */
package io.assent.manual;
