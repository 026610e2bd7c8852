#include "model.h"

#include "data.h"

namespace pii::names {

const Model& Model::builtIn() {
    static const Model model(data::model());
    return model;
}

}  // namespace pii::names
