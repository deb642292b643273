// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/titles.h"

#include <QCoreApplication>

namespace sb {
namespace {

constexpr std::array<const char *, alarmCount> alarmTitles = {
    QT_TRANSLATE_NOOP("AlarmTitle", "Low battery voltage"),
    QT_TRANSLATE_NOOP("AlarmTitle", "High battery voltage"),
    QT_TRANSLATE_NOOP("AlarmTitle", "Low cell voltage"),
    QT_TRANSLATE_NOOP("AlarmTitle", "High cell voltage"),
    QT_TRANSLATE_NOOP("AlarmTitle", "Low state of charge"),
    QT_TRANSLATE_NOOP("AlarmTitle", "Low state of health"),
    QT_TRANSLATE_NOOP("AlarmTitle", "High charge current"),
    QT_TRANSLATE_NOOP("AlarmTitle", "High discharge current"),
    QT_TRANSLATE_NOOP("AlarmTitle", "Cell imbalance"),
    QT_TRANSLATE_NOOP("AlarmTitle", "Internal failure"),
    QT_TRANSLATE_NOOP("AlarmTitle", "Too hot to charge"),
    QT_TRANSLATE_NOOP("AlarmTitle", "Too cold to charge"),
    QT_TRANSLATE_NOOP("AlarmTitle", "High temperature"),
    QT_TRANSLATE_NOOP("AlarmTitle", "Low temperature"),
    QT_TRANSLATE_NOOP("AlarmTitle", "BMS cable"),
    QT_TRANSLATE_NOOP("AlarmTitle", "High internal temperature"),
    QT_TRANSLATE_NOOP("AlarmTitle", "Fuse blown"),
};

constexpr std::array<const char *, noticeCount> noticeTitles = {
    QT_TRANSLATE_NOOP("NoticeTitle", "Charging or discharging is switched off by a command"),
    QT_TRANSLATE_NOOP("NoticeTitle", "The BMS stopped charging after its time limit"),
    QT_TRANSLATE_NOOP("NoticeTitle", "State of charge and capacity disagree: check the capacity in the BMS"),
};

} // namespace

QString alarmTitle(AlarmName name)
{
    return QCoreApplication::translate("AlarmTitle", alarmTitles[static_cast<size_t>(name)]);
}

QString noticeTitle(Notice notice)
{
    return QCoreApplication::translate("NoticeTitle", noticeTitles[static_cast<size_t>(notice)]);
}

} // namespace sb
