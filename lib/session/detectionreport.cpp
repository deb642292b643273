// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/detectionreport.h"

#include <QCoreApplication>
#include <QJsonObject>
#include <algorithm>
#include <array>

namespace sb {
namespace {

QString tr(const char *text, int n = -1)
{
    return QCoreApplication::translate("DetectionReport", text, nullptr, n);
}

constexpr std::array causeKeys = {"nothing-asked", "found",   "nothing-heard", "only-echoes", "other-device",
                                  "wrong-speed",   "damaged", "other-traffic", "implausible"};
/// Bytes shown of what was sent and heard.
constexpr qsizetype shownBytes = 24;
/// Text of a device has so many printable bytes, as a share; random bytes have a good third.
constexpr double textShare = 0.9;
constexpr qsizetype leastText = 8;

QString shown(const QByteArray &bytes)
{
    const QString hex = QString::fromLatin1(bytes.left(shownBytes).toHex(' '));
    return bytes.size() > shownBytes ? QString(hex + QStringLiteral(" ...")) : hex;
}

bool isText(const QByteArray &bytes)
{
    const auto printable = std::count_if(bytes.begin(), bytes.end(), [](char c) {
        return (c >= ' ' && c <= '~') || c == '\r' || c == '\n' || c == '\t';
    });
    return bytes.size() >= leastText &&
           static_cast<double>(printable) >= textShare * static_cast<double>(bytes.size());
}

QString verdict(const CandidateReport &report)
{
    if (report.recognised)
        return tr("recognised");
    if (report.unconfirmed)
        return tr("answered well once, but not the same way again");
    if (!report.objection.isEmpty())
        return report.objection;
    if (report.implausible)
        return tr("valid replies, but their content is not that of this BMS");
    if (report.badChecksums > 0)
        return tr("%n frames with a wrong checksum", static_cast<int>(report.badChecksums));
    if (report.foreignFrames > 0)
        return tr("%n valid frames that are no answer", static_cast<int>(report.foreignFrames));
    if (report.bytesHeard > 0)
        return isText(report.heard) ? tr("no frame: looks like text") : tr("no valid frame");
    return {};
}

} // namespace

LikelyCause likelyCause(const std::vector<CandidateReport> &report)
{
    const auto any = [&report](auto &&is) { return std::any_of(report.begin(), report.end(), is); };
    using R = CandidateReport;
    if (any([](const R &r) { return r.recognised; }))
        return LikelyCause::Found;
    if (!any([](const R &r) { return r.requests > 0; }))
        return LikelyCause::NothingAsked;
    if (any([](const R &r) { return r.implausible || r.unconfirmed; }))
        return LikelyCause::Implausible;
    if (!any([](const R &r) { return r.bytesHeard > 0; }))
        return any([](const R &r) { return r.bytesEchoed > 0; }) ? LikelyCause::OnlyEchoes
                                                                 : LikelyCause::NothingHeard;
    // Speech that is text comes before checksums: somewhere in it a false start may look like a frame.
    if (any([](const R &r) { return isText(r.heard); }))
        return LikelyCause::OtherDevice;
    if (any([](const R &r) { return r.badChecksums > 0; }))
        return LikelyCause::DamagedReplies;
    if (any([](const R &r) { return r.foreignFrames > 0 || r.replies > 0; }))
        return LikelyCause::OtherTraffic;
    return LikelyCause::WrongSpeed;
}

QLatin1String causeKey(LikelyCause cause) { return QLatin1String(causeKeys[static_cast<size_t>(cause)]); }

QString causeText(LikelyCause cause, TransportKind kind)
{
    if (kind == TransportKind::Bluetooth && cause != LikelyCause::Found && cause != LikelyCause::Implausible)
        return tr(
            "It is connected, but answers nothing that is known. Name its BMS if you know it; some wait "
            "for a password, or for a phone app to let go of them.");
    switch (cause) {
    case LikelyCause::NothingAsked:
        return tr("Nothing was asked: no driver fits.");
    case LikelyCause::Found:
        return tr("A BMS was found.");
    case LikelyCause::NothingHeard:
        return tr(
            "Nothing was heard at all. Check that RX and TX (or A and B) are not swapped and the grounds "
            "are connected, that the BMS is awake (charge, discharge or press its button), and that its "
            "port is set to a protocol of \"serialbattery drivers\".");
    case LikelyCause::OnlyEchoes:
        return tr(
            "Only our own requests came back. The adapter hears itself, but the BMS does not answer: check "
            "the wires from the adapter to the BMS, and whether RX and TX touch.");
    case LikelyCause::OtherDevice:
        return tr(
            "Text of another device was heard (a GPS receiver, a modem, VE.Direct): this is not the port of "
            "a BMS.");
    case LikelyCause::WrongSpeed:
        return tr(
            "Bytes were heard, but no frame of a known form. The BMS may use another baud rate or protocol, "
            "or it is another device.");
    case LikelyCause::DamagedReplies:
        return tr("Replies of the right form came with wrong checksums. Check the cable, its shield and "
                  "termination, and whether a second program or display asks on the same line.");
    case LikelyCause::OtherTraffic:
        return tr(
            "Valid frames were heard that answer none of our questions. Another master or another kind of "
            "device talks on this line.");
    case LikelyCause::Implausible:
        return tr(
            "Something answers in the right form, but not as a battery: the values don't fit together, or "
            "differ from one reading to the next. Name the BMS with --bms if you know it.");
    }
    return {};
}

QString candidateName(const Candidate &candidate)
{
    const QString name = candidate.baudRate > 0
                             ? tr("%1 at %2 baud").arg(candidate.driver->info.id).arg(candidate.baudRate)
                             : candidate.driver->info.id;
    return candidate.address ? tr("%1, address %2").arg(name).arg(*candidate.address) : name;
}

QString candidateText(const CandidateReport &report)
{
    const QString who = candidateName(report.candidate);
    if (report.requests == 0)
        return tr("%1: not asked").arg(who);
    const QString sent = tr("%1: sent %2").arg(who, shown(report.sent));
    if (report.bytesHeard == 0)
        return report.bytesEchoed > 0 ? tr("%1; only the echo came back").arg(sent)
                                      : tr("%1; nothing came back").arg(sent);
    return tr("%1; heard %2 (%3 bytes): %4")
        .arg(sent, shown(report.heard))
        .arg(report.bytesHeard)
        .arg(verdict(report));
}

QJsonObject candidateJson(const CandidateReport &report)
{
    const auto number = [](quint64 value) { return static_cast<qint64>(value); };
    QJsonObject object{{QStringLiteral("bms"), report.candidate.driver->info.id},
                       {QStringLiteral("baud"), report.candidate.baudRate},
                       {QStringLiteral("requests"), report.requests},
                       {QStringLiteral("replies"), report.replies},
                       {QStringLiteral("sent"), QString::fromLatin1(report.sent.toHex())},
                       {QStringLiteral("heard"), QString::fromLatin1(report.heard.toHex())},
                       {QStringLiteral("bytesHeard"), number(report.bytesHeard)},
                       {QStringLiteral("bytesEchoed"), number(report.bytesEchoed)},
                       {QStringLiteral("badChecksums"), number(report.badChecksums)},
                       {QStringLiteral("foreignFrames"), number(report.foreignFrames)},
                       {QStringLiteral("ms"), report.tookMs},
                       {QStringLiteral("recognised"), report.recognised}};
    if (report.candidate.address)
        object.insert(QStringLiteral("address"), *report.candidate.address);
    return object;
}

} // namespace sb
