// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/batterystate.h"

#include <QAbstractListModel>

namespace sb {

/// The cells of one battery, one row per cell. What is unknown is an invalid variant.
class CellListModel : public QAbstractListModel
{
    Q_OBJECT
    Q_PROPERTY(int count READ count NOTIFY countChanged)
    /// Of the voltages, V; invalid while no cell is known.
    Q_PROPERTY(QVariant mean READ mean NOTIFY meanChanged)

public:
    enum Role {
        NumberRole = Qt::UserRole + 1, ///< from 1
        VoltageRole,                   ///< V
        BalancingRole,                 ///< bool, invalid where the BMS does not say
        IsMinimumRole,                 ///< lowest cell of the pack, the first of equals; never all of them
        IsMaximumRole,                 ///< highest
        DeviationRole,                 ///< V from the mean of the known cells, to 0.1 mV
        ResistanceRole,                ///< ohm
    };
    Q_ENUM(Role)

    explicit CellListModel(QObject *parent = nullptr);

    /// Takes the cells of \a state. When its voltages are unknown the rows stay, without values, so that a
    /// battery that falls silent keeps its shape.
    void update(const BatteryState &state);

    [[nodiscard]] int count() const { return static_cast<int>(m_cells.size()); }
    [[nodiscard]] QVariant mean() const;

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;

signals:
    void countChanged();
    void meanChanged();

private:
    struct Cell
    {
        Number voltage;
        Number deviation;
        Number resistance;
        Flag balancing;
        bool isMinimum = false;
        bool isMaximum = false;
    };
    /// Bit per role that differs.
    [[nodiscard]] static quint32 difference(const Cell &was, const Cell &is);
    void read(const BatteryState &state);
    void notify();

    std::vector<Cell> m_cells;
    std::vector<Cell> m_next; ///< scratch, kept for its memory
    std::vector<quint32> m_differences;
    Number m_mean;
};

} // namespace sb
