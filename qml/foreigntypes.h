// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/batterylistmodel.h"
#include "model/batterymodel.h"
#include "model/celllistmodel.h"

#include <QtQml/qqml.h>

/// The models stay free of QML: these name them for it.
struct BatteryModelForQml
{
    Q_GADGET
    QML_FOREIGN(sb::BatteryModel)
    QML_NAMED_ELEMENT(BatteryModel)
    QML_UNCREATABLE("Batteries come from C++")
};

struct BatteryListModelForQml
{
    Q_GADGET
    QML_FOREIGN(sb::BatteryListModel)
    QML_NAMED_ELEMENT(BatteryListModel)
    QML_UNCREATABLE("Batteries come from C++")
};

struct CellListModelForQml
{
    Q_GADGET
    QML_FOREIGN(sb::CellListModel)
    QML_NAMED_ELEMENT(CellListModel)
    QML_UNCREATABLE("Cells come from their battery")
};
