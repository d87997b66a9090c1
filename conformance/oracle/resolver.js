// Lookup functions that answer as a scenario says.
'use strict';

function failure(code, host) {
  return Object.assign(new Error(`getaddrinfo ${code} ${host}`),
    { code, syscall: 'getaddrinfo', hostname: host });
}

/** What an object of the kind "resolver" is; `release` answers what is held. */
function makeResolver(scene, name, { answer = [], families = [], error, when = 'next', log }) {
  const held = [];
  const addresses = [].concat(answer).map((address, index) =>
    ({ address, family: families[index] ?? (address.includes(':') ? 6 : 4) }));
  const lookup = (host, options, callback) => {
    scene.eventCount++;
    if (log) {
      const asked = JSON.stringify(options, Object.keys(options).sort());
      scene.trace.log(name, `host=${host} options=${asked}`);
    }
    const reply = () => {
      scene.eventCount++;
      if (error) callback(failure(error, host));
      else if (options.all) callback(null, addresses.map((a) => ({ ...a })));
      else callback(null, addresses[0]?.address, addresses[0]?.family);
    };
    if (when === 'now') reply();
    else if (when === 'next') process.nextTick(reply);
    else if (when === 'held') held.push(reply);
  };
  const release = () => { for (const reply of held.splice(0)) reply(); };
  return { lookup, release };
}

module.exports = { makeResolver };
