// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/batterystate.h"

#include <QAbstractListModel>

namespace sb {

/// The cells of one battery, a row each. Only rows and roles that changed are announced.
class CellListModel : public QAbstractListModel
{
    Q_OBJECT
    Q_PROPERTY(int count READ count NOTIFY countChanged)
public:
    enum Role {
        NumberRole = Qt::UserRole, ///< from 1
        VoltageRole,               ///< V; invalid when unknown
        BalancingRole,             ///< bool; invalid when the BMS does not tell
        MinimumRole,               ///< bool: the lowest cell
        MaximumRole,               ///< bool: the highest cell
        DeviationRole,             ///< V from the mean of the cells; invalid when unknown
        ResistanceRole,            ///< ohm; invalid when unknown
    };
    Q_ENUM(Role)

    using QAbstractListModel::QAbstractListModel;

    void update(const BatteryState &state);

    [[nodiscard]] int count() const { return static_cast<int>(m_rows.size()); }
    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;

signals:
    void countChanged();

private:
    struct Row
    {
        std::optional<double> voltage;
        std::optional<bool> balancing;
        bool minimum = false;
        bool maximum = false;
        std::optional<double> deviation;
        std::optional<double> resistance;
        bool operator==(const Row &) const = default;
    };
    std::vector<Row> m_rows;
    std::vector<Row> m_next; ///< scratch, kept for its memory
};

} // namespace sb
