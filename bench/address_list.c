/* The texts that reading and writing addresses is measured with. Written by chance, once. */
#include "bench/address_list.h"

/* Four of each length from 7 to 15; a part has one, two or three digits with the same chance. */
static const char *const ipv4_texts[] = {
    "3.4.2.1",         "8.4.1.9",        "7.0.9.6",         "9.0.1.9",         "3.81.4.7",
    "5.0.4.72",        "8.7.22.3",       "5.47.1.2",        "5.7.1.225",       "1.37.2.39",
    "112.2.2.6",       "4.147.5.7",      "8.4.62.192",      "38.2.172.0",      "85.8.200.6",
    "235.2.2.85",      "8.192.35.11",    "154.95.1.23",     "153.4.211.9",     "11.64.9.215",
    "218.0.42.145",    "13.112.5.131",   "98.222.134.2",    "99.134.91.35",    "92.185.97.139",
    "231.21.174.97",   "15.137.86.222",  "5.154.141.182",   "160.145.89.255",  "212.255.252.24",
    "239.48.122.243",  "171.66.150.175", "146.222.130.250", "183.192.139.131", "150.254.245.111",
    "124.117.100.225",
};

/*
 * One of each length from 2 to 39, eight groups or "::" anywhere, one to four digits with the same
 * chance; then four that end in IPv4.
 */
static const char *const ipv6_texts[] = {
    "::",
    "1::",
    "76::",
    "7ae::",
    "::7538",
    "::4:d6b",
    "84::3629",
    "3af::2610",
    "6:b:f4e4::",
    "8033:84::eb",
    "a4c0:8::2d73",
    "e:1:66a::b:74",
    "e7:8bc::2:d483",
    "9f:4b:835:398::",
    "440:86e0::3:86:b",
    "d:b4:c:a3:e:de4::",
    "a7:da::6733:527:3c",
    "fa:ae81:1a2::a:7:23",
    "69:29:2cf6:f5f:84f::",
    "::d6:9c:7:81f3:9d0:60",
    "7:e:f50:f4e:6d68::ebc1",
    "30:22:6ef:4b98:e0b:6::e",
    "42b3:4:8eaf:4ee::a5:e:c0",
    "104d:4:3f:67:8:8b9:f8:cbe",
    "c03:6:8:2aa:b7b:19:192:172",
    "1:bbc:d0ef:d808:174:4:678:e",
    "2:fa:934:d318:a5a:892:9:9911",
    "681:bdf4:7c:91f:fe13:2:f8d:23",
    "3c46:3a7:c55:639:c4:47f:85d:fb",
    "a006:d629:1f7:3:859:159:4a9:f3e",
    "1deb:e183:7:e:4524:a2b:5ed1:ac39",
    "3b8:f4:5c4:f2:e4c9:9bca:61de:3bf1",
    "3bf3:d00:7465:db:b12d:446:a93:8a3c",
    "f267:220:ea32:1d8:cda:8535:a274:a1c",
    "e09:7cd:286d:1939:bfb8:9672:600:e76f",
    "5505:4ce:e9b7:d3d0:d2af:97f:aa8f:cd64",
    "3048:632c:7f7c:938b:736c:a70:f16c:a8c2",
    "e9a5:255a:b1e8:dde4:bcb5:7015:929a:459d",
    "::1.2.3.4",
    "::ffff:10.0.0.1",
    "::ffff:192.168.100.200",
    "64:ff9b::192.0.2.33",
};

const address_list bench_ipv4_list = {ipv4_texts, sizeof ipv4_texts / sizeof *ipv4_texts};
const address_list bench_ipv6_list = {ipv6_texts, sizeof ipv6_texts / sizeof *ipv6_texts};
