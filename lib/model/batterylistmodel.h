// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/batterymodel.h"

#include <QAbstractListModel>

namespace sb {

/// The batteries of the program, in the order in which they appeared. Does not own them.
class BatteryListModel : public QAbstractListModel
{
    Q_OBJECT
    Q_PROPERTY(int count READ count NOTIFY countChanged)
public:
    enum Role { BatteryRole = Qt::UserRole };
    Q_ENUM(Role)

    using QAbstractListModel::QAbstractListModel;

    void add(BatteryModel *battery);
    void remove(BatteryModel *battery);
    [[nodiscard]] int count() const { return static_cast<int>(m_batteries.size()); }
    /// Null outside the list.
    Q_INVOKABLE [[nodiscard]] sb::BatteryModel *at(int row) const;

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;

signals:
    void countChanged();

private:
    std::vector<BatteryModel *> m_batteries;
};

} // namespace sb
