/* SPDX-License-Identifier: Apache-2.0 */
/* The image that the factory programs into slot A. */
  .section .factory, "a"
  .incbin FACTORY_IMAGE
