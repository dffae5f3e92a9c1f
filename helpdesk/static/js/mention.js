/* @name in notes */
