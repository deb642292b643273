// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "bms/checksum.h"

#include <array>

namespace sb {
namespace {

template<typename T>
constexpr std::array<T, 256> reflectedTable(T polynomial)
{
    std::array<T, 256> table{};
    for (unsigned i = 0; i < 256; ++i) {
        T value = static_cast<T>(i);
        for (int bit = 0; bit < 8; ++bit)
            value = static_cast<T>((value & 1) ? (value >> 1) ^ polynomial : value >> 1);
        table[i] = value;
    }
    return table;
}

template<typename T>
constexpr std::array<T, 256> straightTable(T polynomial)
{
    constexpr int width = 8 * static_cast<int>(sizeof(T));
    std::array<T, 256> table{};
    for (unsigned i = 0; i < 256; ++i) {
        T value = static_cast<T>(i << (width - 8));
        for (int bit = 0; bit < 8; ++bit)
            value = static_cast<T>((value >> (width - 1)) ? (value << 1) ^ polynomial : value << 1);
        table[i] = value;
    }
    return table;
}

constexpr auto crc8Table = straightTable<quint8>(0x07);
constexpr auto crc8MaximTable = reflectedTable<quint8>(0x8C);
constexpr auto crc16ModbusTable = reflectedTable<quint16>(0xA001);
constexpr auto crc16XmodemTable = straightTable<quint16>(0x1021);
constexpr auto crc32Table = reflectedTable<quint32>(0xEDB88320U);

quint32 sum(Bytes bytes)
{
    quint32 total = 0;
    for (const quint8 byte : bytes)
        total += byte;
    return total;
}

quint32 exclusiveOr(Bytes bytes)
{
    quint32 value = 0;
    for (const quint8 byte : bytes)
        value ^= byte;
    return value;
}

} // namespace

int checksumSize(Checksum kind)
{
    switch (kind) {
    case Checksum::None:
        return 0;
    case Checksum::Sum8:
    case Checksum::Sum8Complement:
    case Checksum::Xor8:
    case Checksum::XorSum8:
    case Checksum::Crc8:
    case Checksum::Crc8Maxim:
        return 1;
    case Checksum::Sum16:
    case Checksum::Sum16Complement:
    case Checksum::Crc16Modbus:
    case Checksum::Crc16Xmodem:
        return 2;
    case Checksum::Crc32:
        return 4;
    }
    return 0;
}

quint32 checksum(Checksum kind, Bytes bytes)
{
    switch (kind) {
    case Checksum::None:
        return 0;
    case Checksum::Sum8:
        return sum(bytes) & 0xFFU;
    case Checksum::Sum8Complement:
        return (0x100U - (sum(bytes) & 0xFFU)) & 0xFFU;
    case Checksum::Sum16:
        return sum(bytes) & 0xFFFFU;
    case Checksum::Sum16Complement:
        return (0x10000U - (sum(bytes) & 0xFFFFU)) & 0xFFFFU;
    case Checksum::Xor8:
        return exclusiveOr(bytes);
    case Checksum::XorSum8:
        return exclusiveOr(bytes) ^ (sum(bytes) & 0xFFU);
    case Checksum::Crc8: {
        quint8 crc = 0;
        for (const quint8 byte : bytes)
            crc = crc8Table[crc ^ byte];
        return crc;
    }
    case Checksum::Crc8Maxim: {
        quint8 crc = 0;
        for (const quint8 byte : bytes)
            crc = crc8MaximTable[crc ^ byte];
        return crc;
    }
    case Checksum::Crc16Modbus: {
        quint16 crc = 0xFFFF;
        for (const quint8 byte : bytes)
            crc = static_cast<quint16>((crc >> 8) ^ crc16ModbusTable[(crc ^ byte) & 0xFF]);
        return crc;
    }
    case Checksum::Crc16Xmodem: {
        quint16 crc = 0;
        for (const quint8 byte : bytes)
            crc = static_cast<quint16>((crc << 8) ^ crc16XmodemTable[((crc >> 8) ^ byte) & 0xFF]);
        return crc;
    }
    case Checksum::Crc32: {
        quint32 crc = 0xFFFFFFFFU;
        for (const quint8 byte : bytes)
            crc = (crc >> 8) ^ crc32Table[(crc ^ byte) & 0xFF];
        return ~crc;
    }
    }
    return 0;
}

} // namespace sb
