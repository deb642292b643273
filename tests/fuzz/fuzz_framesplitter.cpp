// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "bms/framesplitter.h"
#include "fuzzing.h"

#include <iterator>

using namespace sb;

namespace {

/// One of each kind of rule that protocols have.
const FrameRule rules[] = {
    // a length byte, complement of a sum, tail
    {.header = {0xDD},
     .headerSize = 1,
     .length = FrameRule::Length::U8,
     .lengthOffset = 3,
     .lengthPlus = 7,
     .minimum = 7,
     .maximum = 71,
     .checksum = Checksum::Sum16Complement,
     .checksumFrom = 2,
     .checksumAtEnd = 3,
     .tail = {0x77},
     .tailSize = 1},
    // fixed length, one byte of sum
    {.header = {0xA5}, .headerSize = 1, .lengthPlus = 13, .checksum = Checksum::Sum8, .checksumAtEnd = 1},
    // a little-endian length that counts the whole frame
    {.header = {0xAA, 0x55},
     .headerSize = 2,
     .length = FrameRule::Length::U16LE,
     .lengthOffset = 2,
     .lengthPlus = 0,
     .minimum = 8,
     .maximum = 300,
     .checksum = Checksum::Crc16Modbus,
     .checksumOrder = FrameRule::Order::LittleEndian,
     .checksumAtEnd = 2},
    // a big-endian length, CRC of four bytes, no tail
    {.header = {0x7E},
     .headerSize = 1,
     .length = FrameRule::Length::U16BE,
     .lengthOffset = 1,
     .lengthPlus = 7,
     .minimum = 7,
     .maximum = 200,
     .checksum = Checksum::Crc32,
     .checksumAtEnd = 4},
    // no checksum at all
    {.header = {0x3A}, .headerSize = 1, .lengthPlus = 20, .tail = {0x0D}, .tailSize = 1},
};

void drain(FrameSplitter &splitter, const FrameRule &rule, std::vector<quint8> &to)
{
    for (Bytes frame = splitter.next(); !frame.empty(); frame = splitter.next()) {
        const bool fixed = rule.length == FrameRule::Length::Fixed;
        FUZZ_CHECK(frame.size() >= (fixed ? rule.lengthPlus : rule.minimum));
        FUZZ_CHECK(frame.size() <= (fixed ? rule.lengthPlus : rule.maximum));
        FUZZ_CHECK(std::equal(frame.begin(), frame.begin() + rule.headerSize, rule.header.begin()));
        FUZZ_CHECK(std::equal(frame.end() - rule.tailSize, frame.end(), rule.tail.begin()));
        to.insert(to.end(), frame.begin(), frame.end());
    }
    // What waits is one frame that is not complete: memory can't grow with the noise.
    FUZZ_CHECK(splitter.buffered() < std::max<int>(rule.maximum, rule.lengthPlus));
    FUZZ_CHECK(splitter.missing() >= 0);
    FUZZ_CHECK(splitter.missing() + splitter.buffered() <= std::max<int>(rule.maximum, rule.lengthPlus));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const quint8 *data, size_t size)
{
    FuzzInput input(Bytes(data, size));
    const FrameRule &rule = rules[input.byte() % std::size(rules)];
    const size_t piece = 1U + input.byte() % 32U;
    const Bytes stream = input.rest();

    FrameSplitter whole(rule);
    std::vector<quint8> fromWhole;
    whole.feed(stream);
    drain(whole, rule, fromWhole);

    // The pieces in which bytes arrive change nothing.
    FrameSplitter pieces(rule);
    std::vector<quint8> fromPieces;
    for (size_t at = 0; at < stream.size(); at += piece) {
        pieces.feed(stream.subspan(at, std::min(piece, stream.size() - at)));
        drain(pieces, rule, fromPieces);
    }
    FUZZ_CHECK(fromWhole == fromPieces);

    for (FrameSplitter *splitter : {&whole, &pieces}) {
        splitter->lineSilent();
        drain(*splitter, rule, splitter == &whole ? fromWhole : fromPieces);
        FUZZ_CHECK(splitter->buffered() == 0);
    }
    FUZZ_CHECK(fromWhole == fromPieces);
    // Every byte is in a frame or noise.
    FUZZ_CHECK(whole.counters().noiseBytes + fromWhole.size() == stream.size());
    FUZZ_CHECK(whole.counters().noiseBytes == pieces.counters().noiseBytes);
    FUZZ_CHECK(whole.counters().frames == pieces.counters().frames);
    return 0;
}
