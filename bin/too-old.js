'use strict';

// As in package.json's `engines`.
var oldest = [20, 19];

/** Why a version of Node will not do; undefined for one that will. Plain ES5, like the file that asks. */
module.exports = function tooOld(version) {
  var parts = version.split('.');
  var major = Number(parts[0]);
  var minor = Number(parts[1]);
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return undefined;
  return 'wan needs Node ' + oldest.join('.') + ' or newer, this is ' + version;
};
